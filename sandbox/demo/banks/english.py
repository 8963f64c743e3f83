# ruff: noqa: E501 - a paragraph of prose is one line
"""Mail in English, with answers in the English of a small Japanese shop."""

from __future__ import annotations

from sandbox.demo.stories import Story, Turn

STORIES: tuple[Story, ...] = (
    Story(
        "overseas",
        ("Shipping overseas?", "1>Do you ship to Germany?", "International delivery question"),
        ("英語", "配送"),
        (
            Turn(
                (
                    'Hi there,\n\nI fell in love with your table lamp "Akari" while I was in Japan last month, and I regret not buying it. Do you ship overseas, and if so, what would the postage be?\n\nAlso, does the lamp work on 230 V, or would I need a transformer?\n\nMany thanks',
                    (
                        "Hello,\n\n"
                        "we run a small shop for Japanese tableware and would like to order about 30 pairs of your mugs. Is there a wholesale price list in English? Our usual forwarder can collect from any address in Japan.\n\n"
                        "Kind regards"
                    ),
                ),
            ),
            Turn(
                (
                    (
                        "Thank you very much for your interest in our products.\n\n"
                        "Unfortunately we do not ship abroad ourselves, but we can deliver to a forwarding service in Japan. Please place your order with the address of your forwarder, and we will dispatch it within two business days.\n\n"
                        "Please note that our electric products are made for 100 V only."
                    ),
                ),
            ),
            Turn(("That is very helpful, thank you! I will place the order this weekend.",)),
        ),
        voices=frozenset({"english"}),
        share=0.5,
    ),
    Story(
        "english_order",
        (
            "3>Order {order} - wrong colour",
            "Question about my order {order}",
            "2>Refund for {order}?",
        ),
        ("英語", "返品・交換"),
        (
            Turn(
                (
                    (
                        "Hello,\n\n"
                        "I live in Tokyo but my Japanese is not very good, so please excuse the English. My order {order} arrived today, but one of the two items is missing. The slip in the box lists both.\n\n"
                        "Could you please check?\n\nThanks"
                    ),
                    (
                        "Dear support team,\n\n"
                        "I returned my order {order} two weeks ago (tracking number {slip}) and have not seen the refund yet. Could you tell me when to expect it?\n\n"
                        "Best regards"
                    ),
                    (
                        "Hi,\n\n"
                        "I ordered the blanket in grey and received camel. It is a gift for my host mother and her birthday is on the weekend, so a quick exchange would be wonderful.\n\n"
                        "Thank you so much!"
                    ),
                ),
            ),
            Turn(
                (
                    (
                        "13>Thank you for contacting us, and we are very sorry for the inconvenience.\n\n"
                        "We have checked your order {order} and confirmed the mistake on our side. The correct item will be shipped today and should arrive tomorrow. You do not need to pay anything."
                    ),
                    (
                        "2>Thank you for your patience.\n\n"
                        "Your parcel reached our warehouse, and we have made the refund of {price} yen today. Depending on your card company it will appear on this month's or next month's statement."
                    ),
                ),
            ),
            Turn(("1>~2 It arrived this morning. Thank you for the quick help!",)),
        ),
        voices=frozenset({"english"}),
        share=0.7,
    ),
)
