"""A way on that more than one report leads to."""

REPLAN = "ampacity plan SPEC, then apply the new plan"
