"""What a rule is."""

from hemostat.assess import RULES
from hemostat.assess.rule import Rule, Verdict
from tests.assess.facts import connection, probe


def test_a_rule_without_details_has_none_to_fill_in() -> None:
    rule = Rule("name", "patched", "reason", lambda _: True, "It is.")
    assert rule.details(None) == {}  # type: ignore[arg-type]


def test_a_verdict_is_a_word_a_reason_words_for_people_and_its_rule() -> None:
    assert Verdict("patched", "reason", "It is.", "name")._fields == (
        "word",
        "reason",
        "explanation",
        "rule",
        "how",
    )


def test_the_table_is_made_of_rules() -> None:
    probe(connection("burst"))
    assert all(isinstance(rule, Rule) for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
