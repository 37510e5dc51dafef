// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Of what reads the files of strangers: all code counts where it goes, which guides the fuzzer.
let counted: [SwiftSetting] =
  strict + [
    .unsafeFlags([
      "-sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table"
    ])
  ]

/// Of the sanitizer of threads: what runs threads alone, since each build is one of the whole library more.
let threads = Context.environment["AFFINE_SANITIZER"] == "thread"

let library: [Target] = [
  .target(name: "AffineKernels", path: "Sources/AffineKernels/include", publicHeadersPath: "."),
  .target(
    name: "AffineKernelBodies", dependencies: ["AffineKernels"], path: "Sources/AffineKernels",
    exclude: ["include"], publicHeadersPath: "optimizer"),
  .target(
    name: "AffineQuant", dependencies: ["AffineKernels"], swiftSettings: strict,
    linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
  .target(
    name: "AffineLayers", dependencies: ["AffineKernels", "AffineQuant"], swiftSettings: strict),
  .target(name: "AffineOracle", dependencies: ["AffineQuant"], swiftSettings: strict),
  .target(
    name: "AffineTestSupport",
    dependencies: [
      "AffineKernelBodies", "AffineKernels", "AffineLayers", "AffineOracle", "AffineQuant",
      "AllocationCounter", "FileCalls",
    ],
    swiftSettings: strict),
  .target(name: "AllocationCounter"),
  .target(name: "FileCalls"),
]

/// Tests of a module, or those of some of its files.
func tests(_ module: String, _ dependencies: [Target.Dependency] = [], of files: [String]? = nil)
  -> Target
{
  .testTarget(
    name: "\(module)Tests",
    dependencies: [.init(stringLiteral: module), "AffineTestSupport"] + dependencies,
    sources: files.map { $0.map { "\($0).swift" } }, swiftSettings: strict)
}

let meetings = [
  tests("AffineQuant", of: ["ExecutionTests", "ManyCallersTests", "ThreadPoolTests"]),
  tests("AffineLayers", ["AllocationCounter"]),
]

let memory: [Target] = [
  .target(
    name: "AffineFormats", dependencies: ["AffineQuant"], swiftSettings: counted,
    // The usual linker fails on what counts.
    linkerSettings: [.unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux]))]),
  .target(name: "AffinePlots", swiftSettings: strict),
  .target(
    name: "AffineTraining",
    dependencies: ["AffineFormats", "AffineKernels", "AffineLayers", "AffinePlots"],
    // What reads a run is small; the optimizer would take longer over all that trains than inputs do without it.
    swiftSettings: counted + [.unsafeFlags(["-Onone"])]),
  .target(
    name: "AffineModels", dependencies: ["AffineFormats", "AffineLayers", "AffinePlots"],
    swiftSettings: counted),
  tests(
    "AffineQuant",
    of: [
      "ElementwiseTests", "ExecutionTests", "GuardPageTests", "ManyCallersTests",
      "QuantizeKernelTests", "TransposeTests",
    ]),
  tests("AffineLayers", ["AllocationCounter"]),
  tests("AffineFormats"),
  .executableTarget(
    name: "fuzz",
    dependencies: [
      "AffineFormats", "AffineKernelBodies", "AffineLayers", "AffineModels", "AffineQuant",
      "AffineTraining",
    ],
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
]

// The part of the package, by links, that is built once more for each sanitizer.
let package = Package(
  name: "affine-quant",
  platforms: [.macOS(.v26)],
  targets: library + (threads ? meetings : memory),
  swiftLanguageModes: [.v6]
)
