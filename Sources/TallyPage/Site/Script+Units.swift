extension Script {
    /// Numbers as people read them.
    static let units = #"""

        const digits = (value) => {
          const size = Math.abs(value);
          const places = size >= 1000 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
          if (size > 0 && size < 0.001) return value.toExponential(1);
          return value.toLocaleString("en", { maximumFractionDigits: places });
        };

        // Three digits, which are enough beside a unit.
        const brief = (value) => Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 2 });

        const scaled = (value, step, names) => {
          let index = 0;
          while (Math.abs(value) >= step && index < names.length - 1) { value /= step; index += 1; }
          return brief(value) + names[index];
        };

        const duration = (seconds) => {
          const size = Math.abs(seconds);
          if (size === 0) return "0 s";
          if (size < 1e-6) return brief(seconds * 1e9) + " ns";
          if (size < 1e-3) return brief(seconds * 1e6) + " µs";
          if (size < 1) return brief(seconds * 1e3) + " ms";
          if (size < 120) return brief(seconds) + " s";
          if (size < 7200) return brief(seconds / 60) + " min";
          if (size < 172800) return brief(seconds / 3600) + " h";
          return brief(seconds / 86400) + " d";
        };

        // A time since, in whole units.
        const ago = (seconds) => {
          seconds = Math.max(0, Math.round(seconds));
          const [d, h, m] = [86400, 3600, 60].map((unit) => Math.floor(seconds / unit));
          if (d > 1) return `${d} d ${h % 24} h`;
          if (h > 1) return `${h} h ${m % 60} min`;
          if (m > 1) return `${m} min ${seconds % 60} s`;
          return `${seconds} s`;
        };

        const unitOf = (name) => {
          const base = name.replace(/_total$/, "");
          if (/_(timestamp|start_time|boot_time)_seconds$/.test(base)) return "time";
          return base.match(/_(bytes|seconds|ratio|percent)$/)?.[1] ?? "";
        };

        const format = (value, unit) => {
          if (typeof value === "string") return exact(value);
          if (value === null || Number.isNaN(value)) return "–";
          if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
          switch (unit) {
          case "bytes": return scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB", " PiB"]);
          case "bytesPerSecond": return format(value, "bytes") + "/s";
          case "seconds": return duration(value);
          case "ratio": return digits(value * 100) + " %";
          case "percent": return digits(value) + " %";
          case "time": return value > 0 ? ago(Date.now() / 1000 - value) + " ago" : "never";
          default:
            return Math.abs(value) < 1e5 ? digits(value) : scaled(value, 1000, ["", " k", " M", " G", " T", " P"]);
          }
        };

        // All digits of a value. The server sends what a number cannot hold as a string.
        const exact = (value) => {
          if (typeof value !== "string") return value?.toLocaleString("en", { maximumFractionDigits: 20 }) ?? "–";
          return /^\d+$/.test(value) ? BigInt(value).toLocaleString("en") : value;
        };

        const number = (value) => value === "+Inf" ? Infinity : value === "-Inf" ? -Infinity : Number(value ?? NaN);
        const clockTime = (date) => date.toLocaleTimeString("en-GB");

        """#
}
