internal import AffineQuant
internal import AffineKernels

/// The kernels of functions of whole rows.
enum RowKernels {
  static let softmax = unsafe KernelTable<SoftmaxRow>(
    aq_softmax_f32(), portable: "aq_softmax_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let count = unsafe arguments.count
    var maxima = PartialMaxima()
    for index in 0..<count { unsafe maxima.add(arguments.in[index], at: index) }
    let largest = maxima.largest
    var sums = PartialSums<Float>()
    for index in 0..<count {
      let part = unsafe FloatFunctions.exponential(arguments.in[index] - largest)
      unsafe arguments.out[index] = part
      sums.add(part, at: index)
    }
    let factor = unsafe arguments.share / sums.total
    for index in 0..<count { unsafe arguments.out[index] *= factor }
    unsafe (family.c.largest, family.c.sum) = (largest, sums.total)
  }

  static let norm = unsafe KernelTable<NormRows>(
    aq_norm_f32(), portable: "aq_norm_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let count = unsafe arguments.columns
    for row in unsafe 0..<arguments.rows {
      let values = unsafe arguments.in + row * count
      var (mean, sums, squares) = (Float(0), PartialSums<Float>(), PartialSums<Float>())
      if let means = unsafe arguments.means {
        for index in 0..<count { unsafe sums.add(values[index], at: index) }
        mean = sums.total / Float(count)
        unsafe means[row] = mean
      }
      for index in 0..<count {
        let distance = unsafe values[index] - mean
        squares.add(distance * distance, at: index)
      }
      let inverse = unsafe 1 / (squares.total / Float(count) + arguments.epsilon).squareRoot()
      unsafe arguments.inverses[row] = inverse
      for index in 0..<count {
        var value = unsafe (values[index] - mean) * inverse
        if let weight = unsafe arguments.weight { unsafe value *= weight[index] }
        if let bias = unsafe arguments.bias { unsafe value += bias[index] }
        unsafe arguments.out[row * count + index] = value
      }
    }
  }

  static let normGradient = unsafe KernelTable<NormGradientRows>(
    aq_normgradient_f32(), portable: "aq_normgradient_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let count = unsafe arguments.columns
    let (scaled, normal) = unsafe (arguments.scratch, arguments.scratch + count)
    for row in unsafe 0..<arguments.rows {
      let gradient = unsafe arguments.gradient + row * count
      let mean = unsafe arguments.means.map { unsafe $0[row] } ?? 0
      let inverse = unsafe arguments.inverses[row]
      var (sums, dots) = (PartialSums<Float>(), PartialSums<Float>())
      for index in 0..<count {
        unsafe normal[index] = (arguments.in[row * count + index] - mean) * inverse
        unsafe scaled[index] = gradient[index] * (arguments.weight.map { unsafe $0[index] } ?? 1)
        unsafe arguments.of_weight[index] += gradient[index] * normal[index]
        if let bias = unsafe arguments.of_bias { unsafe bias[index] += gradient[index] }
        unsafe sums.add(scaled[index], at: index)
        unsafe dots.add(scaled[index] * normal[index], at: index)
      }
      let shift = unsafe arguments.means == nil ? 0 : sums.total / Float(count)
      let slope = dots.total / Float(count)
      for index in 0..<count {
        unsafe arguments.out[row * count + index] =
          (scaled[index] - shift - normal[index] * slope) * inverse
      }
    }
  }

  static let rotate = unsafe KernelTable<RotateRow>(
    aq_rotate_f32(), portable: "aq_rotate_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let half = unsafe arguments.half
    for head in unsafe 0..<arguments.heads {
      for index in 2 * head * half..<(2 * head + 1) * half {
        let (x, y) = unsafe (arguments.in[index], arguments.in[index + half])
        let turn = index - 2 * head * half
        let (c, s) = unsafe (arguments.turns[turn], arguments.turns[turn + half])
        unsafe arguments.out[index] = x * c - y * s
        unsafe arguments.out[index + half] = y * c + x * s
      }
    }
  }
}
