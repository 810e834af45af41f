// swift-tools-version: 6.2
import PackageDescription

/// Servers that import Tally as a user would. One package, so that their dependencies are built once.
let package = Package(
    name: "hosts",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Named, since a clone may lie in a folder of any name.
        .package(
            name: "swift-tally",
            path: "../..",
            traits: ["Docker", "Listener", "SQLite", "ServiceLifecycle", "SwiftMetrics"]
        ),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.30.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
    ],
    targets: [
        .executableTarget(
            name: "chat-server",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallyHealthcheck", package: "swift-tally"),
                .product(name: "TallyListener", package: "swift-tally"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Sources/ChatServer"
        ),
        .testTarget(name: "ChatServerTests", dependencies: ["chat-server"]),
        .executableTarget(
            name: "container-dashboard",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallyListener", package: "swift-tally"),
                .product(name: "TallySampler", package: "swift-tally"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/ContainerDashboard"
        ),
        .testTarget(
            name: "ContainerDashboardTests",
            dependencies: [
                "container-dashboard", "HostsTestSupport",
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallySampler", package: "swift-tally"),
                .product(name: "TallyListener", package: "swift-tally"),
                .product(name: "TallyTesting", package: "swift-tally"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]
        ),
        .target(
            name: "HostsTestSupport",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallyTesting", package: "swift-tally"),
            ],
            path: "Tests/Support",
            swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
        ),
        .testTarget(
            name: "HummingbirdServerTests",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallySwiftMetrics", package: "swift-tally"),
                .product(name: "TallyTesting", package: "swift-tally"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
        .executableTarget(
            name: "websocket-hub",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallyListener", package: "swift-tally"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/WebSocketHub"
        ),
        .testTarget(
            name: "WebSocketHubTests",
            dependencies: [
                "websocket-hub", "HostsTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallyTesting", package: "swift-tally"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
