"""Access: who signs in, as what, and what their lens shows. Every page's policy stands here; nothing is open by default."""
