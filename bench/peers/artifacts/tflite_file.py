"""A TFLite model made with the builders that come with the format's schema, for both halves of the corpus."""


def tflite_model(custom: str | None = None, operator: int = 9, buffer: bytes = bytes(16)) -> bytes:
    """One fully connected operator (9), or a custom one (32) of this name, over one input and one weight."""
    import flatbuffers
    import tflite as t

    b = flatbuffers.Builder(1024)
    name, description = b.CreateString("x"), b.CreateString("inert")
    code_name = b.CreateString(custom) if custom else None
    t.OperatorCodeStart(b)
    t.OperatorCodeAddDeprecatedBuiltinCode(b, 32 if custom else operator)
    t.OperatorCodeAddBuiltinCode(b, 32 if custom else operator)
    if code_name:
        t.OperatorCodeAddCustomCode(b, code_name)
    t.OperatorCodeAddVersion(b, 1)
    code_ = t.OperatorCodeEnd(b)

    def numbers(start, values) -> int:
        start(b, len(values))
        for v in reversed(values):
            b.PrependInt32(v)
        return b.EndVector()

    def offsets(start, values) -> int:
        start(b, len(values))
        for v in reversed(values):
            b.PrependUOffsetTRelative(v)
        return b.EndVector()

    data = b.CreateByteVector(buffer)
    t.BufferStart(b)
    empty = t.BufferEnd(b)
    t.BufferStart(b)
    t.BufferAddData(b, data)
    full = t.BufferEnd(b)
    tensors = []
    for i, shape in enumerate(((1, 2), (2, 2), (1, 2))):
        dims = numbers(t.TensorStartShapeVector, shape)
        t.TensorStart(b)
        t.TensorAddShape(b, dims)
        t.TensorAddType(b, 0)
        t.TensorAddBuffer(b, 1 if i == 1 else 0)
        t.TensorAddName(b, name)
        tensors.append(t.TensorEnd(b))
    inputs, outputs = numbers(t.OperatorStartInputsVector, (0, 1)), numbers(t.OperatorStartOutputsVector, (2,))
    t.OperatorStart(b)
    t.OperatorAddOpcodeIndex(b, 0)
    t.OperatorAddInputs(b, inputs)
    t.OperatorAddOutputs(b, outputs)
    op = t.OperatorEnd(b)
    tensor_list, op_list = offsets(t.SubGraphStartTensorsVector, tensors), offsets(t.SubGraphStartOperatorsVector, [op])
    inputs, outputs = numbers(t.SubGraphStartInputsVector, (0,)), numbers(t.SubGraphStartOutputsVector, (2,))
    t.SubGraphStart(b)
    t.SubGraphAddTensors(b, tensor_list)
    t.SubGraphAddInputs(b, inputs)
    t.SubGraphAddOutputs(b, outputs)
    t.SubGraphAddOperators(b, op_list)
    sub = t.SubGraphEnd(b)
    codes, subs = offsets(t.ModelStartOperatorCodesVector, [code_]), offsets(t.ModelStartSubgraphsVector, [sub])
    buffers = offsets(t.ModelStartBuffersVector, [empty, full])
    t.ModelStart(b)
    t.ModelAddVersion(b, 3)
    t.ModelAddOperatorCodes(b, codes)
    t.ModelAddSubgraphs(b, subs)
    t.ModelAddDescription(b, description)
    t.ModelAddBuffers(b, buffers)
    b.Finish(t.ModelEnd(b), b"TFL3")
    return bytes(b.Output())
