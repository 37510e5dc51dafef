internal import AffineQuant

/// By hand, for two reasons: a set would be written in any order, and what an older file does not say is
/// as in ``Recipe/init(name:)``.
extension Recipe: Codable {
  private enum CodingKeys: CodingKey {
    case name, forward, inputGradient, weightGradient, weight, updatesStochastically
    case masksClippedGradients, outlierThreshold, rotates, sampledProducts, flow, cache
    case normalizesInputs, precision
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func take<Value: Decodable>(_ path: WritableKeyPath<Recipe, Value>, _ key: CodingKeys) throws {
      if let value = try values.decodeIfPresent(Value.self, forKey: key) {
        self[keyPath: path] = value
      }
    }
    self.init(name: try values.decode(String.self, forKey: .name))
    try take(\.forward, .forward)
    try take(\.inputGradient, .inputGradient)
    try take(\.weightGradient, .weightGradient)
    try take(\.weight, .weight)
    try take(\.updatesStochastically, .updatesStochastically)
    try take(\.masksClippedGradients, .masksClippedGradients)
    try take(\.outlierThreshold, .outlierThreshold)
    try take(\.rotates, .rotates)
    try take(\.sampledProducts, .sampledProducts)
    try take(\.flow, .flow)
    try take(\.cache, .cache)
    try take(\.normalizesInputs, .normalizesInputs)
    try take(\.precision, .precision)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(forward, forKey: .forward)
    try values.encode(inputGradient, forKey: .inputGradient)
    try values.encode(weightGradient, forKey: .weightGradient)
    try values.encode(weight, forKey: .weight)
    try values.encode(updatesStochastically, forKey: .updatesStochastically)
    try values.encode(masksClippedGradients, forKey: .masksClippedGradients)
    try values.encode(outlierThreshold, forKey: .outlierThreshold)
    try values.encode(rotates, forKey: .rotates)
    let products = sampledProducts.sorted { $0.rawValue < $1.rawValue }
    try values.encode(products, forKey: .sampledProducts)
    try values.encode(flow, forKey: .flow)
    try values.encode(cache, forKey: .cache)
    try values.encode(normalizesInputs, forKey: .normalizesInputs)
    // Files of float products stay what they were.
    if precision != .float32 { try values.encode(precision, forKey: .precision) }
  }
}
