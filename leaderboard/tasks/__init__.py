"""What is to be evaluated: an EvalTask is a benchmark with a checkpoint, or with a Trial and its LabelBudget."""
