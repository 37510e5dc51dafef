internal import AffineLayers
public import AffineQuant

/// How the range of a layer's inputs is found, for scales that never change: static quantization.
public enum InputRange: String, Sendable, Hashable, CaseIterable {
  /// The smallest and the largest value of all.
  case minMax = "min-max"
  /// The smallest and the largest of a sequence, averaged over sequences, the latest with the most weight.
  case movingAverage = "moving-average"
  /// All but one in ten thousand of the values.
  case percentile

  fileprivate var observer: any ActivationObserver {
    get throws(ObserverError) {
      switch self {
      case .minMax: MinMaxObserver()
      case .movingAverage: try MovingAverageObserver(momentum: 0.1)
      case .percentile: try PercentileObserver()
      }
    }
  }
}

extension QuantizableModel {
  /// Fixes the scales with which the inputs of quantized layers become codes: those of what the layers read
  /// while this model runs, with its weights as they are.
  ///
  /// - Parameters:
  ///   - type: A type with one scale for all values, as `int8-tensor`.
  ///   - range: How the range of the values is found.
  ///   - sequences: Tokens to run on, a sequence a run.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``CalibrationError``, or an error of the model.
  public mutating func fixInputs(
    as type: QuantizedType, _ range: InputRange, _ sequences: [[Int]],
    on execution: Execution = .standard
  ) throws {
    var observers: [String: any ActivationObserver] = [:]
    for name in linearNames {
      guard let weight = self[linear: name].weight.codes else { continue }
      guard kernels(for: .linear, .quantized(type), .quantized(weight.quantizedType)) != nil else {
        throw CalibrationError.noProduct(inputs: type.name, weights: weight.quantizedType.name)
      }
      observers[name] = try range.observer
    }
    let factors: [String: Matrix<Float>] = observers.keys.reduce(into: [:]) {
      $0[$1] = self[linear: $1].inputFactors
    }
    for tokens in sequences {
      _ = try run(tokens, on: execution) { name, input in
        guard var observer = observers[name] else { return }
        let seen = factors[name].map {
          Elementwise.scaleColumns(input, by: $0.values.array, on: execution)
        }
        do throws(ObserverError) {
          try observer.observe(seen ?? input, on: execution)
        } catch {
          throw CalibrationError.inputs(layer: name, error.description)
        }
        observers[name] = observer
      }
    }
    for (name, observer) in observers {
      guard let weight = self[linear: name].weight.codes else { continue }
      do throws(ObserverError) {
        self[linear: name].weight = .fixed(
          PackedWeight(weight, on: execution), inputs: type,
          parameters: try observer.parameters(for: type))
      } catch { throw CalibrationError.inputs(layer: name, error.description) }
    }
  }
}

extension LinearWeight {
  fileprivate var codes: AnyQuantized? {
    switch self {
    case .float: nil
    case .quantized(let packed), .fixed(let packed, _, _): packed.unpacked
    case .outliers(let weight): weight.quantized
    }
  }
}
