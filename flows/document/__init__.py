"""What people read: an assessment becomes text, the text blocks, the blocks HTML and PDF."""
