"""What a run folder holds, and who may write there."""
