"""What needs a person's eye: open questions with what is needed to answer them, and the answers as rows."""
