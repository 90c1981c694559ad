"""A colorectal team of two trusts at work: what it agreed, whom it discussed, and who comes next. All invented.

`agreed` is the team's own rules, `patients` who they are, `decided` what past meetings said, `referred` who is sent for
the coming one; `played` does it all, through the chapters' own actions and in the order in which it would have been.
"""
