"""Real-time voice, video and messaging infrastructure in one pot."""
