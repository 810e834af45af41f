// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "peer",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/swift-server/swift-prometheus.git", from: "2.3.0")],
    targets: [
        .executableTarget(
            name: "peer",
            dependencies: [.product(name: "Prometheus", package: "swift-prometheus")],
            path: "Sources/Peer"
        )
    ],
    swiftLanguageModes: [.v6]
)
