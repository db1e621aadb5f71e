"""The store: who, what and when in SQL (SQLite or PostgreSQL), and nothing about what it means."""
