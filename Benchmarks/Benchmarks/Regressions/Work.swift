import AffineQuant

/// Something whose time must not grow.
struct Work: Sendable {
  /// What is timed, without blanks: the tool reads a threshold's file by this name.
  let name: String
  /// What bounds the time: the unit must grow and shrink with it from machine to machine.
  let calibration: Calibration
  /// Makes the operands, and returns what is timed: all that a caller pays on every call.
  let prepare: @Sendable (Execution) throws -> () throws -> Void

  /// Everything that is checked.
  static let all =
    integerProducts + floatProducts + conversions + [trainStep, typedCall]

  /// Percent by which a time may differ from its threshold: twice the widest spread of six runs on
  /// a machine whose two cores others kept busy, which was 11 % (5 % or less for most), and some more.
  static let tolerance = 25.0

  /// Numbers of both signs that cost little to make; no kernel's time depends on them.
  static func values(_ rows: Int, _ columns: Int) -> Matrix<Float> {
    Matrix(rows: rows, columns: columns) { row, column in
      Float((row * 37 + column * 11) % 255 - 127)
    }
  }
}
