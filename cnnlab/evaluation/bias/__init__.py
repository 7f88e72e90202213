"""What a dataset gives away before anything is trained on it: groups and pictures that tell the class, groups that a
class or a split lacks, splits that differ."""
