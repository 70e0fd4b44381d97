"""The hub owns all state: queue, applications, documents, feed."""
