// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A dependency that exists only while the trait `Listener` is on.
func listener(_ product: String, _ package: String) -> Target.Dependency {
    .product(name: product, package: package, condition: .when(traits: ["Listener"]))
}

let package = Package(
    name: "swift-tally",
    products: [
        .library(name: "Tally", targets: ["Tally"]),
        .library(name: "TallyHealthcheck", targets: ["TallyHealthcheck"]),
        .library(name: "TallyListener", targets: ["TallyListener"]),
        .library(name: "TallyTesting", targets: ["TallyTesting"]),
        .executable(name: "tally-demo", targets: ["TallyDemo"]),
    ],
    traits: [
        .trait(name: "Listener", description: "A metrics port of its own: TallyListener, on SwiftNIO."),
        .default(enabledTraits: []),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
    ],
    targets: [
        .target(name: "Tally", swiftSettings: settings + [.strictMemorySafety()]),
        .target(name: "TallyHealthcheck", dependencies: ["Tally"], swiftSettings: settings),
        .target(
            name: "TallyListener",
            dependencies: [
                "Tally", "TallyHealthcheck",
                listener("NIOCore", "swift-nio"),
                listener("NIOPosix", "swift-nio"),
                listener("NIOHTTP1", "swift-nio"),
                listener("NIOExtras", "swift-nio-extras"),
            ],
            swiftSettings: settings
        ),
        .target(name: "TallyTesting", dependencies: ["Tally"], swiftSettings: settings + [.strictMemorySafety()]),
        .executableTarget(
            name: "TallyDemo",
            dependencies: ["Tally", "TallyHealthcheck", "TallyListener"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "TallyUseSite",
            dependencies: ["Tally", "TallyHealthcheck"],
            path: "Tests/UseSite",
            swiftSettings: settings
        ),
        .testTarget(name: "TallyTests", dependencies: ["Tally", "TallyTesting"], swiftSettings: settings),
        .testTarget(
            name: "TallyTestingTests",
            dependencies: ["Tally", "TallyTesting", "TallyTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallyHealthcheckTests",
            dependencies: ["Tally", "TallyHealthcheck", "TallyTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallyListenerTests",
            dependencies: [
                "Tally", "TallyHealthcheck", "TallyListener",
                listener("NIOCore", "swift-nio"),
                listener("NIOPosix", "swift-nio"),
                listener("NIOHTTP1", "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LinkageTest",
            dependencies: ["TallyUseSite", "TallyTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Tally", "TallyDemo", "TallyHealthcheck", "TallyTesting", "TallyTestSupport"],
            swiftSettings: settings
        ),
        .target(name: "TallyTestSupport", path: "Tests/Support", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
