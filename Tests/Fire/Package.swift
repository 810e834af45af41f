// swift-tools-version: 6.2
import PackageDescription

let tally: Target.Dependency = .product(name: "Tally", package: "swift-tally")
let healthcheck: Target.Dependency = .product(name: "TallyHealthcheck", package: "swift-tally")
let listener: Target.Dependency = .product(name: "TallyListener", package: "swift-tally")

let package = Package(
    name: "tally-fire",
    dependencies: [
        .package(name: "swift-tally", path: "../..", traits: ["TLS"]),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    ],
    targets: [
        .executableTarget(
            name: "fire-server",
            dependencies: [tally, healthcheck, listener],
            path: "Sources/FireServer"
        ),
        .executableTarget(
            name: "fire-stall",
            dependencies: [
                tally, listener,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/FireStall"
        ),
    ],
    swiftLanguageModes: [.v6]
)
