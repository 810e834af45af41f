// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A dependency that exists only with a trait.
func product(_ product: String, of package: String, with trait: String) -> Target.Dependency {
    .product(name: product, package: package, condition: .when(traits: [trait]))
}

let package = Package(
    name: "swift-tally",
    // Synchronization's atomics and mutexes need these; Linux has no minimum.
    platforms: [.macOS(.v15), .macCatalyst(.v18), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "Tally", targets: ["Tally"]),
        .library(name: "TallyHealthcheck", targets: ["TallyHealthcheck"]),
        .library(name: "TallyPage", targets: ["TallyPage"]),
        .library(name: "TallyListener", targets: ["TallyListener"]),
        .library(name: "TallySampler", targets: ["TallySampler"]),
        .library(name: "TallySwiftMetrics", targets: ["TallySwiftMetrics"]),
        .library(name: "TallyTesting", targets: ["TallyTesting"]),
        .executable(name: "tally-demo", targets: ["TallyDemo"]),
    ],
    traits: [
        .trait(name: "Listener", description: "TallyListener: a port for metrics and health, with SwiftNIO."),
        .trait(
            name: "TLS",
            description: "TallyListener: TLS and client certificates, with SwiftNIO SSL.",
            enabledTraits: ["Listener"]
        ),
        .trait(name: "Docker", description: "TallySampler: containers, with async-http-client on the engine's socket."),
        .trait(name: "SQLite", description: "TallySampler: history in a file, with GRDB."),
        .trait(name: "ServiceLifecycle", description: "A listener, a healthcheck and a sampler are Services."),
        .trait(name: "SwiftMetrics", description: "TallySwiftMetrics: metrics of libraries that use swift-metrics."),
        .default(enabledTraits: []),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Tally", swiftSettings: settings + [.strictMemorySafety()]),
        .target(
            name: "TallyHealthcheck",
            dependencies: [
                "Tally",
                product("ServiceLifecycle", of: "swift-service-lifecycle", with: "ServiceLifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(name: "TallyPage", dependencies: ["Tally", "TallyHealthcheck"], swiftSettings: settings),
        .target(
            name: "TallyListener",
            dependencies: [
                "Tally", "TallyHealthcheck", "TallyPage",
                product("NIOCore", of: "swift-nio", with: "Listener"),
                product("NIOPosix", of: "swift-nio", with: "Listener"),
                product("NIOHTTP1", of: "swift-nio", with: "Listener"),
                product("NIOTLS", of: "swift-nio", with: "Listener"),
                product("NIOSSL", of: "swift-nio-ssl", with: "TLS"),
                product("ServiceLifecycle", of: "swift-service-lifecycle", with: "ServiceLifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TallySampler",
            dependencies: [
                "Tally",
                product("AsyncHTTPClient", of: "async-http-client", with: "Docker"),
                product("NIOCore", of: "swift-nio", with: "Docker"),
                product("NIOHTTP1", of: "swift-nio", with: "Docker"),
                product("GRDB", of: "GRDB.swift", with: "SQLite"),
                product("GRDBSQLite", of: "GRDB.swift", with: "SQLite"),
                product("ServiceLifecycle", of: "swift-service-lifecycle", with: "ServiceLifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TallySwiftMetrics",
            dependencies: ["Tally", product("CoreMetrics", of: "swift-metrics", with: "SwiftMetrics")],
            swiftSettings: settings
        ),
        .target(name: "TallyTesting", dependencies: ["Tally"], swiftSettings: settings + [.strictMemorySafety()]),
        .executableTarget(
            name: "TallyDemo",
            dependencies: ["Tally", "TallyHealthcheck", "TallyListener", "TallyPage", "TallySampler"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "TallySamplingVictim",
            dependencies: ["TallySampler"],
            path: "Tests/SamplingVictim",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "TallySamplerBench",
            dependencies: [
                "Tally", "TallySampler",
                product("NIOCore", of: "swift-nio", with: "Docker"),
                product("NIOPosix", of: "swift-nio", with: "Docker"),
                product("NIOHTTP1", of: "swift-nio", with: "Docker"),
            ],
            path: "Tests/SamplerBenchmarks",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "TallyDrainingServer",
            dependencies: [
                "Tally", "TallyHealthcheck", "TallyListener", "TallyTesting",
                product("ServiceLifecycle", of: "swift-service-lifecycle", with: "ServiceLifecycle"),
            ],
            path: "Tests/DrainingServer",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "TallyUseSite",
            dependencies: ["Tally", "TallyHealthcheck"],
            path: "Tests/UseSite",
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallyTests",
            dependencies: ["Tally", "TallyTesting", "TallyTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallyTestingTests",
            dependencies: ["Tally", "TallyTesting", "TallyTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallyHealthcheckTests",
            dependencies: [
                "Tally", "TallyHealthcheck", "TallyTestSupport",
                product("ServiceLifecycle", of: "swift-service-lifecycle", with: "ServiceLifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallyPageTests",
            dependencies: [
                "Tally", "TallyHealthcheck", "TallyPage", "TallySampler", "TallyTesting", "TallyTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallyListenerTests",
            dependencies: [
                "Tally", "TallyHealthcheck", "TallyListener", "TallyPage", "TallyTestSupport", "TallyDrainingServer",
                product("NIOCore", of: "swift-nio", with: "Listener"),
                product("NIOEmbedded", of: "swift-nio", with: "Listener"),
                product("NIOPosix", of: "swift-nio", with: "Listener"),
                product("NIOHTTP1", of: "swift-nio", with: "Listener"),
                product("NIOSSL", of: "swift-nio-ssl", with: "TLS"),
                product("ServiceLifecycle", of: "swift-service-lifecycle", with: "ServiceLifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallySamplerTests",
            dependencies: [
                "Tally", "TallySampler", "TallyTesting", "TallyTestSupport", "TallySamplingVictim",
                product("GRDB", of: "GRDB.swift", with: "SQLite"),
                product("ServiceLifecycle", of: "swift-service-lifecycle", with: "ServiceLifecycle"),
                product("NIOCore", of: "swift-nio", with: "Docker"),
                product("NIOPosix", of: "swift-nio", with: "Docker"),
                product("NIOHTTP1", of: "swift-nio", with: "Docker"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .target(
            name: "TallySwiftMetricsConformance",
            dependencies: ["TallyTesting", product("CoreMetrics", of: "swift-metrics", with: "SwiftMetrics")],
            path: "Tests/SwiftMetricsConformance",
            swiftSettings: settings
        ),
        .testTarget(
            name: "TallySwiftMetricsTests",
            dependencies: [
                "Tally", "TallySwiftMetrics", "TallySwiftMetricsConformance", "TallyTesting", "TallyTestSupport",
                product("CoreMetrics", of: "swift-metrics", with: "SwiftMetrics"),
                product("Metrics", of: "swift-metrics", with: "SwiftMetrics"),
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
            dependencies: [
                "Tally", "TallyDemo", "TallyHealthcheck", "TallyListener", "TallySampler", "TallySwiftMetrics",
                "TallyTesting", "TallyTestSupport",
                product("CoreMetrics", of: "swift-metrics", with: "SwiftMetrics"),
            ],
            exclude: ["Goldens"],
            swiftSettings: settings
        ),
        .target(name: "TallyTestSupport", path: "Tests/Support", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
