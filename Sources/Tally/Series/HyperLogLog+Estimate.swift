/// Otmar Ertl's improved estimator, which Redis uses too. It needs no tables of biases and covers small counts as well.
///
/// https://arxiv.org/abs/1702.01284, "improved raw estimator"
extension HyperLogLog {
    /// The estimated number of distinct keys. Infinite if every register is at its maximum.
    package var estimate: Double {
        let counts = rankCounts
        let size = Double(registers.count)
        let highest = Int(Self.maxRank(precision: precision))
        var sum = size * Self.tau((size - Double(counts[highest])) / size)
        for rank in (1..<highest).reversed() {
            sum = (sum + Double(counts[rank])) * 0.5
        }
        sum += size * Self.sigma(Double(counts[0]) / size)
        return Self.alpha * size * size / sum
    }

    /// The number of registers with each rank.
    var rankCounts: [Int] {
        var counts = [Int](repeating: 0, count: Int(UInt8.max) + 1)
        for rank in registers { counts[Int(rank)] += 1 }
        return counts
    }

    /// 1 / (2 ln 2)
    private static var alpha: Double { 0.721347520444481703680 }

    /// x + x²·1 + x⁴·2 + x⁸·4 + …, until the sum no longer changes. For registers without a key; infinite if all are.
    private static func sigma(_ share: Double) -> Double {
        if share == 1 { return .infinity }
        var (power, factor, sum) = (share, 1.0, share)
        while true {
            power *= power
            let previous = sum
            sum += power * factor
            factor += factor
            if sum == previous { return sum }
        }
    }

    /// (1 - x - (1 - x^(1/2))²/2 - (1 - x^(1/4))²/4 - …) / 3. For registers at the maximum rank.
    private static func tau(_ share: Double) -> Double {
        if share == 0 || share == 1 { return 0 }
        var (root, factor, sum) = (share, 1.0, 1 - share)
        while true {
            root = root.squareRoot()
            let previous = sum
            factor *= 0.5
            sum -= (1 - root) * (1 - root) * factor
            if sum == previous { return sum / 3 }
        }
    }
}
