using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Orchestrator.Gateway.Metrics;

/// <summary>Keeps what our own meters report and writes it in Prometheus' text form: the meters know nothing of who reads them.</summary>
internal sealed class MeterExport : IDisposable
{
    private const string Ours = "Orchestrator.";

    /// <summary>Instruments beyond this are not shown: ours are some dozens, and a leak of them must not become one of memory.</summary>
    private const int MaxInstruments = 1000;

    /// <summary>Upper bounds of histograms: from microseconds of a commit to minutes, and sizes of batches.</summary>
    private static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 50, 100, 500];

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, Series> all = new();

    public MeterExport()
    {
        listener.InstrumentPublished = (instrument, source) =>
        {
            if (instrument.Meter.Name.StartsWith(Ours, StringComparison.Ordinal) && all.Count < MaxInstruments)
            {
                source.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Record(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Record(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Record(instrument, value));
        listener.Start();
    }

    /// <summary>Appends all instruments.</summary>
    public void Write(StringBuilder text)
    {
        listener.RecordObservableInstruments();
        foreach (var (instrument, series) in all.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal))
        {
            var (name, type) = Name(instrument);
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}\n# TYPE {name} {type}\n");
            lock (series)
            {
                if (type == "histogram")
                {
                    WriteBuckets(text, name, series);
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name} {series.Value}\n");
                }
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => listener.Dispose();

    private static void WriteBuckets(StringBuilder text, string name, Series series)
    {
        var total = 0L;
        for (var index = 0; index <= Bounds.Length; index++)
        {
            total += series.Buckets[index];
            var bound = index == Bounds.Length ? "+Inf" : Bounds[index].ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bound}\"}} {total}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum {series.Value}\n{name}_count {total}\n");
    }

    /// <summary>By Prometheus' rules: words joined by underscores, the unit at the end, and total for what only grows.</summary>
    private static (string Name, string Type) Name(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "");
        return instrument switch
        {
            Counter<long> or ObservableCounter<long> => (name + "_total", "counter"),
            Histogram<int> or Histogram<double> => (name, "histogram"),
            _ => (name, "gauge"),
        };
    }

    private void Record(Instrument instrument, double value)
    {
        var series = all.GetOrAdd(instrument, static _ => new Series());
        lock (series)
        {
            switch (instrument)
            {
                case Counter<long>:
                    series.Value += value;
                    break;
                case Histogram<int> or Histogram<double>:
                    series.Value += value;
                    var bucket = Array.FindIndex(Bounds, bound => value <= bound);
                    series.Buckets[bucket < 0 ? Bounds.Length : bucket]++;
                    break;
                default:
                    series.Value = value;
                    break;
            }
        }
    }

    private sealed class Series
    {
        public readonly long[] Buckets = new long[Bounds.Length + 1];
        public double Value;
    }
}
