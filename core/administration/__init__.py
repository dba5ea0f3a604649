"""What admins decide for their workspace: channels, region, sight, people, pipelines and stages, lists of words,
products. Each is a module of verbs; each needs Power.CONFIGURE.
"""
