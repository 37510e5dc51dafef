internal import AffineQuant
internal import AffineKernels

/// The kernels of attention.
enum AttentionKernels {
  static let product = unsafe KernelTable<ProductInPlace>(
    aq_product_f32(), portable: "aq_product_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let right = unsafe arguments.rhs.assumingMemoryBound(to: Float.self)
    unsafe multiply(arguments) { unsafe right[$0] }
  }

  /// The same with a right side of binary16.
  static let halfProduct = unsafe KernelTable<ProductInPlace>(
    aq_product_f16(), portable: "aq_product_f16_portable"
  ) { family in
    let arguments = unsafe family.c
    let right = unsafe arguments.rhs.assumingMemoryBound(to: Float16.self)
    unsafe multiply(arguments) { unsafe Float(right[$0]) }
  }

  private static func multiply(_ t: aq_product_args, _ right: (_ place: Int) -> Float) {
    for i in unsafe 0..<t.rows {
      for j in unsafe 0..<t.columns {
        var sum: Float = unsafe t.accumulate ? t.out[i * t.out_row + j] : 0
        for k in unsafe 0..<t.depth {
          sum = unsafe sum.addingProduct(
            t.lhs[i * t.lhs_row + k * t.lhs_depth], right(k * t.rhs_depth + j))
        }
        unsafe t.out[i * t.out_row + j] = sum
      }
    }
  }

  /// The same of pairs of bfloat16.
  static let pairProduct = unsafe KernelTable<ProductInPlace>(
    aq_product_bf16(), portable: "aq_product_bf16_portable"
  ) { family in
    let t = unsafe family.c, right = unsafe t.rhs.assumingMemoryBound(to: UInt32.self)
    for i in unsafe 0..<t.rows {
      for j in unsafe 0..<t.columns {
        var sum: Float = unsafe t.accumulate ? t.out[i * t.out_row + j] : 0
        for k in unsafe 0..<t.depth {
          let a = unsafe t.lhs[i * t.lhs_row + k * t.lhs_depth].bitPattern
          let b = unsafe right[k * t.rhs_depth + j]
          sum.addProduct(Float(bitPattern: a << 16), Float(bitPattern: b << 16))
          sum.addProduct(
            Float(bitPattern: a & 0xffff_0000), Float(bitPattern: b & 0xffff_0000))
        }
        unsafe t.out[i * t.out_row + j] = sum
      }
    }
  }

  static let weights = unsafe KernelTable<AttentionWeights>(
    aq_attentionweights_f32(), portable: "aq_attentionweights_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    for row in unsafe 0..<arguments.rows {
      let scores = unsafe arguments.scores + row * arguments.stride
      let count = unsafe arguments.count + row * arguments.growth
      var (maxima, sums) = (PartialMaxima(), PartialSums<Float>())
      for index in 0..<count {
        unsafe scores[index] *= arguments.scale
        unsafe maxima.add(scores[index], at: index)
      }
      let largest = maxima.largest
      for index in 0..<count {
        unsafe scores[index] = FloatFunctions.exponential(scores[index] - largest)
        unsafe sums.add(scores[index], at: index)
      }
      let factor = 1 / sums.total
      for index in 0..<count { unsafe scores[index] *= factor }
      for index in unsafe count..<arguments.count + (arguments.rows - 1) * arguments.growth {
        unsafe scores[index] = 0
      }
      unsafe (arguments.largest[row], arguments.sums[row]) = (largest, sums.total)
    }
  }

  static let slopes = unsafe KernelTable<AttentionSlopes>(
    aq_attentionslopes_f32(), portable: "aq_attentionslopes_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    for row in unsafe 0..<arguments.rows {
      let start = unsafe row * arguments.stride
      let (scores, slopes) = unsafe (arguments.scores + start, arguments.slopes + start)
      let count = unsafe arguments.count + row * arguments.growth
      let logSum = unsafe arguments.log_sums[row * arguments.log_sums_stride]
      var sums = PartialSums<Float>()
      for index in unsafe 0..<arguments.size {
        let place = unsafe row * arguments.width + index
        unsafe sums.add(arguments.output[place] * arguments.gradient[place], at: index)
      }
      let mean = sums.total
      for index in 0..<count {
        let weight = unsafe FloatFunctions.exponential(scores[index] * arguments.scale - logSum)
        unsafe scores[index] = weight
        unsafe slopes[index] = (weight * (slopes[index] - mean)) * arguments.scale
      }
      for index in unsafe count..<arguments.count + (arguments.rows - 1) * arguments.growth {
        unsafe (scores[index], slopes[index]) = (0, 0)
      }
    }
  }
}
