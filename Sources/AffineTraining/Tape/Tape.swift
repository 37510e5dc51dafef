public import AffineLayers
public import AffineQuant

/// Remembers how a value was computed, to carry its gradient back to all that it was computed from.
///
/// Reverse-mode differentiation. An operation records what its gradient needs and nothing else; the
/// backward pass gives that memory back as it goes.
public final class Tape {
  /// Takes the gradient of a result to the gradients of its inputs; `nil` for inputs without one.
  typealias Pullback = (_ gradient: StoredMatrix, _ saved: [StoredMatrix])
    throws(TrainingError) -> [StoredMatrix?]

  private struct Node {
    let inputs: [Int?]
    var saved: [StoredMatrix]
    /// Bytes that the pullback holds beside.
    let heldBytes: Int
    var pullback: Pullback?
  }

  /// Threads and instruction sets; results depend on neither.
  public let execution: Execution
  let noise: Noise
  /// What flows between layers in codes.
  let flow: CodePlan?
  /// Whether operations that are random while training are.
  let isTraining: Bool
  /// Whether the backward pass computes again what blocks of a decoder hold inside.
  let recomputesBlocks: Bool
  private var nodes: [Node] = []
  let inputCodes = InputCodes()
  let rotaryTable: RotaryTable
  /// By layer: steps that were not trained yet, as they fit what the layer got.
  var measuredSteps: [String: LinearProducts.Steps] = [:]
  /// The largest number of bytes that were saved at once.
  public internal(set) var peakSavedBytes = 0

  /// A tape without records.
  ///
  /// - Parameters:
  ///   - seed: Fixes all random numbers, with the step.
  ///   - step: Of training; every step has random numbers of its own.
  ///   - flow: What flows between layers in codes, as a recipe's ``Recipe/flow``.
  ///   - isTraining: Whether dropout drops; a tape that is not for training records nothing.
  ///   - recomputesBlocks: Whether only the inputs of a decoder's blocks are saved, and the backward
  ///     pass computes a block again when it comes to it: gradient checkpointing (Chen et al.,
  ///     arXiv 1604.06174). It costs a third more products and changes no bit of any gradient.
  ///   - execution: Threads and instruction sets; no result depends on either.
  public init(
    seed: UInt64 = 0, step: UInt64 = 0, flow: CodePlan? = nil, isTraining: Bool = true,
    recomputesBlocks: Bool = false, on execution: Execution = .standard
  ) {
    self.execution = execution
    self.flow = flow
    self.isTraining = isTraining
    self.recomputesBlocks = recomputesBlocks
    noise = Noise(seed: seed, step: step)
    rotaryTable = RotaryTable()
  }

  /// A tape for a part of what another computes, with the random numbers of the other.
  init(recomputingPartOf tape: Tape) {
    execution = tape.execution
    flow = tape.flow
    isTraining = tape.isTraining
    recomputesBlocks = false
    noise = tape.noise
    rotaryTable = tape.rotaryTable
  }

  /// A variable of the shape of a value, which gathers a gradient of that shape.
  public func input(_ value: StoredMatrix) -> Variable {
    guard isTraining else { return Variable(value: value, node: nil) }
    nodes.append(Node(inputs: [], saved: [], heldBytes: 0, pullback: nil))
    return Variable(value: value, node: nodes.count - 1)
  }

  /// Puts a result on the tape, with what its gradient needs.
  ///
  /// Bytes of numbers that the pullback holds beside what is saved are `heldBytes`.
  func record(
    _ value: StoredMatrix, from inputs: [Variable], saving saved: [StoredMatrix],
    heldBytes: Int = 0, _ pullback: @escaping Pullback
  ) -> Variable {
    guard isTraining, inputs.contains(where: { $0.node != nil }) else {
      return Variable(value: value, node: nil)
    }
    nodes.append(
      Node(inputs: inputs.map(\.node), saved: saved, heldBytes: heldBytes, pullback: pullback))
    return Variable(value: value, node: nodes.count - 1)
  }

  /// Bytes of everything that is saved for the backward pass; memory that two operations save counts
  /// once.
  public var savedBytes: Int {
    var seen: Set<UInt> = []
    return nodes.reduce(0) { total, node in
      node.saved.reduce(total + node.heldBytes) {
        seen.insert($1.address).inserted ? $0 + $1.byteCount : $0
      }
    }
  }

  /// The gradients of the sum of `root · gradient` by all variables that ``input(_:)`` gave.
  ///
  /// The tape is empty afterwards.
  ///
  /// - Parameters:
  ///   - root: What was computed on this tape.
  ///   - gradient: What is to be taken back, of the shape of `root`.
  /// - Returns: The gradients, in the shapes of the variables.
  /// - Throws: ``TrainingError``: a gradient that has not the shape of the result, or that cannot be
  ///   quantized.
  public func gradients(
    of root: Variable, _ gradient: Matrix<Float>
  ) throws(TrainingError) -> TapeGradients {
    var gathered: [Int: Matrix<Float>] = [:]
    try gradients(of: root, .float32(gradient)) { node, gradient in
      gathered[node] = gradient.floats(on: execution)
    }
    return TapeGradients(gathered: gathered)
  }

  /// The same, the gradient of each variable lent as soon as nothing is added to it any more.
  func gradients(
    of root: Variable, _ gradient: StoredMatrix,
    whenReady ready: (_ node: Int, _ gradient: StoredMatrix) throws(TrainingError) -> Void
  ) throws(TrainingError) {
    do throws(ShapeError) {
      try root.shape.requireEqual(gradient.shape)
    } catch { throw .shape(tensor: "the gradient of a result", error) }
    peakSavedBytes = max(peakSavedBytes, savedBytes)
    var gathered = [StoredMatrix?](repeating: nil, count: nodes.count)
    if let node = root.node { gathered[node] = gradient }
    let firstUses = firstUses(root)
    for index in nodes.indices.reversed() {
      if let pullback = nodes[index].pullback {
        let saved = nodes[index].saved
        nodes[index].saved = []
        nodes[index].pullback = nil
        if let gradient = gathered[index] {
          gathered[index] = nil
          let parts = try pullback(gradient, saved)
          for (input, part) in zip(nodes[index].inputs, parts) {
            guard let input, let part else { continue }
            add(part, to: &gathered[input])
          }
        }
      }
      for node in firstUses[index] ?? [] {
        guard let gradient = gathered[node] else { continue }
        gathered[node] = nil
        try ready(node, gradient)
      }
    }
    nodes = []
  }

  /// By node: the variables that ``input(_:)`` gave and that no node before it reads. The backward pass
  /// is through with them when it is through with the node.
  private func firstUses(_ root: Variable) -> [Int: [Int]] {
    var (uses, seen): ([Int: [Int]], Set<Int>) = ([:], [])
    for (index, node) in nodes.enumerated() {
      for case .some(let input) in node.inputs where nodes[input].pullback == nil {
        if seen.insert(input).inserted { uses[index, default: []].append(input) }
      }
    }
    // One that is the result itself.
    if let node = root.node, nodes[node].pullback == nil, seen.insert(node).inserted {
      uses[node, default: []].append(node)
    }
    return uses
  }

  /// Adds in the memory of the first, where nothing else refers to it.
  private func add(_ part: StoredMatrix, to sum: inout StoredMatrix?) {
    guard var total = taken(&sum) else {
      sum = part
      return
    }
    Elementwise.accumulate(&total, part.floats(on: execution), on: execution)
    sum = .float32(total)
  }

  /// The values, to which only the caller refers from now on if nobody else does.
  private func taken(_ sum: inout StoredMatrix?) -> Matrix<Float>? {
    defer { sum = nil }
    return sum?.floats(on: execution)
  }
}

/// The gradients that a backward pass gathered.
public struct TapeGradients {
  fileprivate let gathered: [Int: Matrix<Float>]

  /// The gradient by a variable, in its shape; `nil`: the root does not depend on it.
  public subscript(variable: Variable) -> Matrix<Float>? {
    variable.node.flatMap { gathered[$0] }
  }
}
