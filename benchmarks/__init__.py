"""One script for each figure, and the collections they are measured on."""
