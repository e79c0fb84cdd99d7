"""Netwright's lowest floor: graphs, arrays, gradients, engines, training. Knows no documents, no layers, no Qt."""
