"""What automating costs: a cost file in, ways of having a robot beside people, with intervals and a verdict."""
