"""From evidence to verdict: pure functions of facts. No I/O, no clock."""

from hemostat.assess.rule import Verdict
from hemostat.assess.verdicts import RULES, judge, judge_failure

__all__ = ["RULES", "Verdict", "judge", "judge_failure"]
