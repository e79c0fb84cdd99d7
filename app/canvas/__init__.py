"""The canvas: a document drawn as nodes and wires, and the gestures that change it. `app.canvas.view.CanvasView` is the door."""
