"""The day somebody who is away is back."""

from datetime import date

import pytest

from notifications.away import return_date

RECEIVED = date(2026, 3, 16)
"""A Monday."""


@pytest.mark.parametrize(
    ("subject", "text", "day"),
    [
        ("Automatic reply: Offer", "I am out of the office and will be back on Monday, 23 March.", date(2026, 3, 23)),
        ("", "Thank you for your mail. I will return on March 23rd, 2026.", date(2026, 3, 23)),
        ("", "I'm on leave and will return on Tuesday the 24th of March.", date(2026, 3, 24)),
        ("", "I'm away until 22 March with no access.", date(2026, 3, 23)),
        ("", "I am out of office from 16 March to 22 March 2026.", date(2026, 3, 23)),
        ("", "Back in the office 2026-03-23", date(2026, 3, 23)),
        ("Out of office until 03/25/2026", "", date(2026, 3, 26)),
        ("Out of office: 16 March - 20 March", "", date(2026, 3, 21)),
        ("", "Back on 2 January.", date(2027, 1, 2)),
        ("Abwesenheitsnotiz", "Ich bin ab dem 23.03.2026 wieder im Büro.", date(2026, 3, 23)),
        ("", "Vom 16.3. bis 22.3. bin ich im Urlaub.", date(2026, 3, 23)),
        ("", "Ich bin bis einschließlich 20. März nicht im Haus und ab Montag wieder da.", date(2026, 3, 23)),
        ("", "Ich bin bis zum 20.03. abwesend.", date(2026, 3, 21)),
        ("", "Ab 23. März bin ich\nwieder erreichbar.", date(2026, 3, 23)),
        ("Réponse automatique", "Absent jusqu'au 22 mars. De retour le 23 mars 2026.", date(2026, 3, 23)),
        ("", "Je serai de retour lundi.", date(2026, 3, 23)),
        ("", "Je reviens le 23/03/2026.", date(2026, 3, 23)),
        ("", "Je serai absente du 16 au 22 mars.", date(2026, 3, 23)),
        ("", "Estaré fuera de la oficina hasta el 22 de marzo.", date(2026, 3, 23)),
        ("", "Vuelvo el 23 de marzo de 2026.", date(2026, 3, 23)),
        ("", "Regreso el lunes.", date(2026, 3, 23)),
        ("Autosvar", "Jeg er ikke på kontoret til og med den 22. marts.", date(2026, 3, 23)),
        ("", "Jeg er tilbage mandag.", date(2026, 3, 23)),
        ("", "Jeg er ikke på kontoret før den 23. marts.", date(2026, 3, 23)),
        ("", "Jag är inte på kontoret förrän den 23 mars.", date(2026, 3, 23)),
        ("", "Jestem poza biurem do 22 marca.", date(2026, 3, 23)),
        ("Automatisch antwoord", "Ik ben afwezig tot en met 22 maart en maandag weer terug.", date(2026, 3, 23)),
        ("Autosvar", "Jag är åter på kontoret den 23 mars.", date(2026, 3, 23)),
        ("", "Wracam do biura 23 marca 2026.", date(2026, 3, 23)),
    ],
)
def test_a_day_that_is_named(subject: str, text: str, day: date) -> None:
    assert return_date(subject, text, RECEIVED) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am away. Please write to my colleague.",
        "back on 03/04/2026",
        "I read your mail of 3 March. I am away.",
        "On 12 March I was back.",
        "I will be back on 31 February.",
        "I was away until 1 March 2026.",
        "Back on 1 March 2031.",
        "\n".join(["Thank you."] * 20) + "\nBack on 23 March.",
    ],
)
def test_no_day_rather_than_a_wrong_one(text: str) -> None:
    assert return_date("", text, RECEIVED) is None


def test_hostile_texts_take_no_time() -> None:
    assert return_date("back on " * 5000, "until 1 " * 50_000, RECEIVED) is None
