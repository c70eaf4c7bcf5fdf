"""Documents of other health services taken in, and summaries of ours sent out: C-CDA, IPS, PDF."""
