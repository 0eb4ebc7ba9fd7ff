"""The index of official numbers: which paper of which office bears which number."""
