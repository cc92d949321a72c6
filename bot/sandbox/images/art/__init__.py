"""The pictures of the sandbox: small landscapes, still lifes and portraits drawn from the words of a prompt."""
