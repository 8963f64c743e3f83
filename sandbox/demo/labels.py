"""The labels of the demo accounts, two levels deep, in colours of Gmail's own palette.

Gmail refuses any other value; a test reads the palette from the API's discovery document.
"""

from __future__ import annotations

from sandbox.demo.shapes import DemoLabel

_COMMON = [
    DemoLabel("注文", "#149e60", "#ffffff"),
    DemoLabel("注文/変更", "#b9e4d0", "#094228"),
    DemoLabel("注文/キャンセル", "#efa093", "#822111"),
    DemoLabel("配送", "#4a86e8", "#ffffff"),
    DemoLabel("配送/遅延", "#6d9eeb", "#ffffff"),
    DemoLabel("配送/再配達", "#a4c2f4", "#0d3472"),
    DemoLabel("配送/住所変更", "#c9daf8", "#1c4587"),
    DemoLabel("返品・交換", "#e66550", "#ffffff"),
    DemoLabel("返品・交換/破損", "#cc3a21", "#ffffff"),
    DemoLabel("返品・交換/返金", "#f6c5be", "#822111"),
    DemoLabel("請求", "#16a766", "#ffffff"),
    DemoLabel("請求/領収書", "#89d3b2", "#04502e"),
    DemoLabel("VIP", "#a479e2", "#ffffff"),
    DemoLabel("法人", "#285bac", "#ffffff"),
    DemoLabel("法人/見積", "#b6cff5", "#0d3472"),
    DemoLabel("要確認", "#fad165", "#594c05"),
]

SUPPORT = [
    *_COMMON,
    DemoLabel("会員", "#2da2bb", "#ffffff"),
    DemoLabel("クレーム", "#ac2b16", "#ffffff"),
    DemoLabel("クレーム/至急", "#fb4c2f", "#ffffff"),
    DemoLabel("お礼", "#fbc8d9", "#83334c"),
    DemoLabel("英語", "#e7e7e7", "#464646"),
]

INFO = [
    DemoLabel("モール", "#ffad47", "#684e07"),
    DemoLabel("在庫・商品", "#fce8b3", "#7a4706"),
    *_COMMON,
    DemoLabel("仕入先", "#cccccc", "#434343"),
]
