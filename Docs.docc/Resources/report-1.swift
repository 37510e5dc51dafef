import AffineBench
import AffineQuant

let benchmark = Benchmark(.linear, Int8Activations.self, Int4Weight.self, m: 4, k: 128, n: 64)
let result = try benchmark.run(seconds: 0.02)
print(result)
