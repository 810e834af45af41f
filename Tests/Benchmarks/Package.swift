// swift-tools-version: 6.2
import PackageDescription

let tally: Target.Dependency = .product(name: "Tally", package: "swift-tally")

let healthcheck: Target.Dependency = .product(name: "TallyHealthcheck", package: "swift-tally")

let package = Package(
    name: "tally-benchmarks",
    dependencies: [.package(name: "swift-tally", path: "../..")],
    targets: [
        .executableTarget(name: "tally-bench", dependencies: [tally, healthcheck], path: "Sources/TallyBench"),
        .executableTarget(
            name: "tally-allocations",
            dependencies: [tally, "CountedAllocations"],
            path: "Sources/TallyAllocations"
        ),
        .target(name: "CountedAllocations"),
        .executableTarget(name: "tally-lifetimes", dependencies: [tally], path: "Sources/TallyLifetimes"),
    ],
    swiftLanguageModes: [.v6]
)
