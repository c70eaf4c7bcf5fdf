"""What came from outside and must reach a person: requests, words, visits, papers, consents, people (README.md)."""
