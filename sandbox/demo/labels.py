"""The labels of the demo accounts, two levels deep, in colours of Gmail's own palette.

Gmail refuses any other value; a test reads the palette from the API's discovery document.  Of the
palette's pairs these are ones that can be read (contrast 4.5:1 and above).
"""

from __future__ import annotations

from sandbox.demo.shapes import DemoLabel

_COMMON = [
    DemoLabel("注文", "#007286", "#ffffff"),
    DemoLabel("注文/変更", "#98d7e4", "#0d3b44"),
    DemoLabel("注文/キャンセル", "#ebdbde", "#662e37"),
    DemoLabel("配送", "#1e53b8", "#ffffff"),
    DemoLabel("配送/遅延", "#a4c2f4", "#0d3472"),
    DemoLabel("配送/再配達", "#b6cff5", "#0d3472"),
    DemoLabel("配送/住所変更", "#c9daf8", "#1c4587"),
    DemoLabel("返品・交換", "#cc3a21", "#ffffff"),
    DemoLabel("返品・交換/破損", "#ac2b16", "#ffffff"),
    DemoLabel("返品・交換/返金", "#f6c5be", "#822111"),
    DemoLabel("請求", "#0b804b", "#ffffff"),
    DemoLabel("請求/領収書", "#b3efd3", "#0b4f30"),
    DemoLabel("商品・在庫", "#fbe983", "#594c05"),
    DemoLabel("法人", "#7a4706", "#ffffff"),
    DemoLabel("法人/見積", "#ffdeb5", "#7a4706"),
    DemoLabel("VIP", "#7858c3", "#ffffff"),
    DemoLabel("要確認", "#fad165", "#594c05"),
]

SUPPORT = [
    *_COMMON,
    DemoLabel("会員", "#e3d7ff", "#3d188e"),
    DemoLabel("クレーム", "#822111", "#ffffff"),
    DemoLabel("クレーム/至急", "#d93025", "#ffffff"),
    DemoLabel("お礼", "#fbc8d9", "#83334c"),
    DemoLabel("英語", "#e7e7e7", "#464646"),
]

INFO = [
    *_COMMON,
    DemoLabel("モール", "#ffc8af", "#7a2e0b"),
    DemoLabel("仕入先", "#cccccc", "#434343"),
]
