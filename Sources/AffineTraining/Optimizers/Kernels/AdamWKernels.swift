internal import AffineQuant
internal import AffineKernels

/// The kernels of one step of AdamW.
enum AdamWKernels {
  /// Both moments are floats.
  static let floats = unsafe KernelTable<AdamWFloats>(
    aq_adamw_f32(), portable: "aq_adamw_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let step = unsafe arguments.step
    for index in unsafe 0..<arguments.count {
      let g = unsafe arguments.gradient[index]
      let (m, v) = unsafe moments(step, arguments.m[index], arguments.v[index], g)
      unsafe arguments.m[index] = m
      unsafe arguments.v[index] = v
      unsafe arguments.parameters[index] = moved(
        step, arguments.parameters[index], m, v.squareRoot())
    }
  }

  /// The first moment is codes of the dynamic map, the root of the second unsigned 8-bit floats.
  static let dynamic8 = unsafe KernelTable<AdamWRow>(
    aq_adamw_dynamic8(), portable: "aq_adamw_dynamic8_portable"
  ) { family in
    let arguments = unsafe family.c
    let (mMap, rootMap) = (DynamicMap.signed.values, CodebookFormat.unsignedFloat8.values)
    var start = 0
    for run in unsafe 0..<arguments.runs {
      unsafe family.c.done = run
      let columns = unsafe start..<arguments.ends[run]
      let (mScale, vScale) = unsafe (arguments.m_scales[run], arguments.v_scales[run])
      var (mLargest, rootLargest) = (Float(0), Float(0))
      var isStorable = true
      for column in columns {
        let old = unsafe rootMap[Int(arguments.v_codes[column])] * vScale
        let (m, v) = unsafe moments(
          arguments.step, mMap[Int(arguments.m_codes[column])] * mScale, old * old,
          arguments.gradient[column])
        let root = v.squareRoot()
        unsafe arguments.m[column - start] = m
        unsafe arguments.roots[column - start] = root
        isStorable = isStorable && m.isFinite && root.isFinite
        (mLargest, rootLargest) = (max(mLargest, m.magnitude), max(rootLargest, root))
      }
      guard isStorable else { return }
      let (newM, newV) = (scale(mLargest), scale(rootLargest))
      unsafe (arguments.m_scales[run], arguments.v_scales[run]) = (newM, newV)
      for column in columns {
        let (m, root) = unsafe (arguments.m[column - start], arguments.roots[column - start])
        unsafe arguments.parameters[column] = moved(
          arguments.step, arguments.parameters[column], m, root)
        unsafe arguments.m_codes[column] = UInt8(CodeThresholds.code(m / newM, mMap))
        unsafe arguments.v_codes[column] = RootCodes.unsignedFloat8(
          root, 1 / newV, RootCodes.random(arguments.key, column))
      }
      start = columns.upperBound
    }
    unsafe family.c.done = arguments.runs
  }

  private static func moments(
    _ step: aq_adamw_step, _ m: Float, _ v: Float, _ g: Float
  ) -> (Float, Float) {
    (step.beta1 * m + step.rest1 * g, step.beta2 * v + step.rest2 * g * g)
  }

  private static func moved(_ step: aq_adamw_step, _ p: Float, _ m: Float, _ root: Float) -> Float {
    p * step.decay - step.rate * m / (root * step.root_scale + step.epsilon)
  }

  /// As for every codebook: any scale serves zeros, and a scale has a reciprocal.
  private static func scale(_ largest: Float) -> Float {
    ScaleFormat.float32.roundInvertible(largest == 0 ? 1 : largest)
  }
}
