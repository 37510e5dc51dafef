extension MatmulKernels {
  /// The table for codes of a byte against a right operand of whole numbers.
  static func codes(_ type: QuantizedType) -> KernelTable<CodePanel> {
    let form = type.panelForm
    if form.isSqueezed, let few = fewBits[form.bits] { return few }
    if !type.isAffineInteger { return wholeTables }
    return form == .uint4 ? nibbles : bytes
  }

  /// The table for float rows and a right operand of panels.
  static func weights(_ type: QuantizedType) -> KernelTable<WeightPanel> {
    let form = type.panelForm
    if form.isSqueezed, let few = fewBitWeights[form.bits] { return few }
    if !type.isAffineInteger { return form == .uint4 ? tableNibbles : tableBytes }
    return form == .uint4 ? weightNibbles : weightBytes
  }

  /// The tile whose right panels products with a weight of this type read.
  static func weightTile(_ type: QuantizedType, _ execution: Execution) -> KernelTile {
    type.isAffineInteger
      ? codes(type).best(on: execution).tile : weights(type).best(on: execution).tile
  }
}

extension QuantizedType {
  /// How codes lie in panels: at their own bits where blocks are whole k-groups of such codes.
  var panelForm: PackedForm {
    if isAffineInteger, let form = PackedForm(squeezing: storage.bits),
      block.columns == Block.whole || block.columns.isMultiple(of: form.squeezedGroup)
    {
      return form
    }
    return storage.bits <= 4 ? .uint4 : .uint8
  }
}
