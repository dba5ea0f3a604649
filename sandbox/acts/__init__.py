"""What people do: each act changes what they see and, where Slack would, asks the app."""
