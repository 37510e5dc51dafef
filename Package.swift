// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// A library whose code calls kernels: their bodies come with the product, since a module that depended on them would not
/// be compiled beside them.
func library(_ module: String) -> Product {
  .library(name: module, targets: [module, "AffineKernelBodies"])
}

let package = Package(
  name: "affine-quant",
  platforms: [.macOS(.v26)],
  products: [
    // The arguments of kernels, for those that come from outside.
    .library(name: "AffineKernels", targets: ["AffineKernels", "AffineKernelBodies"]),
    library("AffineQuant"),
    library("AffineFormats"),
    library("AffineLayers"),
    .library(name: "AffinePlots", targets: ["AffinePlots"]),
    library("AffineTraining"),
    library("AffineModels"),
    library("AffineBench"),
    library("AffineDistributed"),
    .executable(name: "affine", targets: ["affine"]),
  ],
  traits: [
    .trait(
      name: "MPI",
      description: "Training and inference by the ranks that mpirun starts, over Open MPI.")
  ],
  dependencies: [
    // Used by the command alone; who imports a library gets nothing else.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // Headers alone.
    .target(
      name: "AffineKernels", path: "Sources/AffineKernels/include", publicHeadersPath: "."),
    .target(
      name: "AffineKernelBodies", dependencies: ["AffineKernels"], path: "Sources/AffineKernels",
      exclude: ["include"], publicHeadersPath: "optimizer"),
    .target(
      name: "AffineQuant", dependencies: ["AffineKernels"], swiftSettings: strict,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "AffineFormats", dependencies: ["AffineQuant"], swiftSettings: strict),
    .target(
      name: "AffineLayers", dependencies: ["AffineKernels", "AffineQuant"], swiftSettings: strict),
    .target(name: "AffinePlots", swiftSettings: strict),
    .target(
      name: "AffineTraining",
      dependencies: ["AffineFormats", "AffineKernels", "AffineLayers", "AffinePlots"],
      swiftSettings: strict),
    .target(
      name: "AffineModels", dependencies: ["AffineFormats", "AffineLayers", "AffinePlots"],
      swiftSettings: strict),
    .target(name: "AffineOracle", dependencies: ["AffineQuant"], swiftSettings: strict),
    .target(
      name: "AffineBench", dependencies: ["AffineOracle", "AffineQuant"],
      resources: [
        "page.html", "page.css", "data.js", "lists.js", "comparison.js", "filters.js", "map.js",
        "details.js", "roofline.js", "start.js",
      ].map { .embedInCode("Coverage/Page/\($0)") }, swiftSettings: strict),
    // Without the trait nothing of Open MPI is looked for, and every call of AffineMPI fails.
    .systemLibrary(
      name: "OpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev", "openmpi-bin"])]),
    .target(
      name: "AffineMPI",
      dependencies: [.target(name: "OpenMPI", condition: .when(traits: ["MPI"]))],
      cSettings: [.define("AFFINE_MPI", .when(traits: ["MPI"]))]),
    .target(
      name: "AffineDistributed", dependencies: ["AffineLayers", "AffineMPI", "AffineTraining"],
      swiftSettings: strict),
    .executableTarget(
      name: "affine",
      dependencies: [
        "AffineBench", "AffineDistributed", "AffineKernelBodies", "AffineLayers", "AffineModels",
        "AffinePlots", "AffineTraining",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "AffineTestSupport",
      dependencies: [
        "AffineKernelBodies", "AffineKernels", "AffineLayers", "AffineOracle", "AffineQuant",
        "AllocationCounter", "FileCalls",
      ],
      path: "Tests/AffineTestSupport",
      swiftSettings: strict),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .target(name: "FileCalls", path: "Tests/FileCalls"),
    .testTarget(
      name: "AffineQuantTests",
      dependencies: ["AffineFormats", "AffineKernels", "AffineTestSupport", "AllocationCounter"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineLayersTests",
      dependencies: ["AffineLayers", "AffineTestSupport", "AllocationCounter"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineTrainingTests",
      dependencies: ["AffineLayers", "AffinePlots", "AffineTraining", "AffineTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineDistributedTests",
      dependencies: ["AffineDistributed", "AffineLayers", "AffineModels", "AffineTestSupport"],
      swiftSettings: strict),
    // What ranks exchange, checked by ranks: `mpirun -n 2 affine-ranks`.
    .executableTarget(
      name: "affine-ranks", dependencies: ["AffineDistributed", "AffineKernelBodies"],
      path: "Tests/Ranks",
      swiftSettings: strict),
    // What a build with the trait needs to be linked, without the time that a whole one takes.
    .executableTarget(name: "affine-mpi", dependencies: ["AffineMPI"], path: "Tests/MPI"),
    .testTarget(
      name: "AffineModelsTests",
      dependencies: ["AffineLayers", "AffineModels", "AffineTestSupport", "AffineTraining"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineFormatsTests", dependencies: ["AffineFormats", "AffineTestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
