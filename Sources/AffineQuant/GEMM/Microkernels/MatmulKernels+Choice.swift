extension MatmulKernels {
  /// The table for codes of a byte against a right operand of whole numbers.
  static func codes(_ type: QuantizedType) -> KernelTable<CodePanel> {
    let form = type.panelForm
    guard type.isAffineInteger else { return form == .uint6 ? wholeTablesOf64 : wholeTables }
    if form.isSqueezed, let few = fewBits[form.bits] { return few }
    return form == .uint4 ? nibbles : bytes
  }

  /// The table for float rows and a right operand of panels.
  static func weights(_ type: QuantizedType) -> KernelTable<WeightPanel> {
    let form = type.panelForm
    guard type.isAffineInteger else {
      return form == .uint6 ? tableSixBits : form == .uint4 ? tableNibbles : tableBytes
    }
    if form.isSqueezed, let few = fewBitWeights[form.bits] { return few }
    return form == .uint4 ? weightNibbles : weightBytes
  }

  /// The kernel for so many float rows in the precision of an execution: of floats that are rounded where its CPU
  /// has no instruction for products of bfloat16, or where floats are faster.
  static func weights(
    _ type: QuantizedType, rows: Int, on execution: Execution
  ) -> Kernel<WeightPanel> {
    let floats = weights(type)
    guard multipliesPairs(pairs(type), floats, execution) else {
      return floats.best(on: execution, rows: rows)
    }
    let sets = execution.instructionSet.intersection(.running)
    let table = type.isFasterInFloats(rows: rows, on: sets) ? floats : pairs(type)
    return table.best(on: execution, rows: rows)
  }

  /// The table for float rows and floats, likewise.
  static func floats(on execution: Execution) -> KernelTable<FloatPanel> {
    multipliesPairs(pairFloats, float, execution) ? pairFloats : float
  }

  private static func multipliesPairs<Arguments>(
    _ pairs: KernelTable<Arguments>, _ floats: KernelTable<Arguments>, _ execution: Execution
  ) -> Bool {
    guard execution.precision == .bfloat16 else { return false }
    return pairs.isSpecial(on: execution) || !floats.isSpecial(on: execution)
  }

  /// The rows of both tables, of which one is used, without the portable one of floats.
  static func rows<Arguments>(
    _ pairs: KernelTable<Arguments>, _ floats: KernelTable<Arguments>, _ precision: Precision
  ) -> [KernelRow] {
    guard precision == .bfloat16 else { return floats.rows }
    return pairs.rows.dropLast() + floats.rows.dropLast() + pairs.rows.suffix(1)
  }

  /// The tile whose right panels products with a weight of this type read.
  static func weightTile(_ type: QuantizedType, _ execution: Execution) -> KernelTile {
    type.isAffineInteger
      ? codes(type).best(on: execution).tile : weights(type).best(on: execution).tile
  }
}

extension QuantizedType {
  /// Whether floats meet so few rows faster than pairs of bfloat16 do, which both read the same panels: as the row of
  /// the kernel of pairs has it.
  package func isFasterInFloats(rows: Int, on sets: InstructionSet) -> Bool {
    MatmulKernels.pairs(self).leavesToFloats(rows, on: sets)
  }

  /// How codes lie in panels: at their own bits where blocks are whole k-groups of such codes.
  var panelForm: PackedForm {
    if isAffineInteger || !storage.isInteger, let form = PackedForm(squeezing: storage.bits),
      block.columns == Block.whole || block.columns.isMultiple(of: form.squeezedGroup)
    {
      return form
    }
    return storage.bits <= 4 ? .uint4 : .uint8
  }
}
