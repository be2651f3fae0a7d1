"""The application is asked before something happens, without being able to harm the server (docs/reference/hooks.md).

    domain's port ─▶ before_publish ─▶ guard (breaker, slots, budget) ─▶ channel ─▶ the application

A `HookChannel` carries one question and brings one answer; `web_channel` does so by HTTP. Everything else here is the
same for every channel.
"""
