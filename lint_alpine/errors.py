"""What the user can put right."""


class UserError(Exception):
    """The caller's input cannot be used; the message names the file or key and says what is allowed. Ends the run."""
