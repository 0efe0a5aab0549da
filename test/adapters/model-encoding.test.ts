import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../lib/adapters/model-encoding.ts';
import { modelItem, modelLifeSeconds, readModel } from '../../lib/adapters/table-items.ts';
import type { LearnedModel } from '../../lib/core/learned-model.ts';
import { slotsOf } from '../../lib/core/season.ts';
import { learned, noon } from '../contracts/fixtures.ts';

const withSeason = (changes: Partial<NonNullable<LearnedModel['season']>>): LearnedModel => {
  const { season, ...rest } = learned(noon);
  return { ...rest, season: { ...season!, ...changes } };
};

describe('encodeModel', () => {
  it('keeps three digits of a ratio: 1.23456 is 1.23', () => {
    const ratios = learned(noon).season!.ratios.map(() => 1.23456);
    const decoded = decodeModel(encodeModel(withSeason({ ratios })));

    expect(decoded).toEqual({ model: withSeason({ ratios: ratios.map(() => 1.23) }) });
  });

  it('takes no more than 3 KB for a whole week: less than one read unit', () => {
    const ratios = Array.from({ length: slotsOf.week }, (_, slot) => 1.111 + slot / 100);
    const item = modelItem('main/orders', withSeason({ cycle: 'week', ratios }));

    expect(JSON.stringify(item).length).toBeLessThan(3000);
    expect(readModel(item, noon, () => {})?.season?.ratios).toHaveLength(slotsOf.week);
  });

  it('refuses what is no number', () => {
    const ratios = learned(noon).season!.ratios.map(() => Number.NaN);
    expect(() => encodeModel(withSeason({ ratios }))).toThrow('NaN');
  });
});

describe('readModel', () => {
  const read = (item: unknown, nowSeconds = noon) => {
    const warnings: string[] = [];
    const model = readModel(item, nowSeconds, (message) => warnings.push(message));
    return { model, warnings };
  };

  it('reads what was written', () => {
    expect(read(modelItem('main/orders', learned(noon)))).toEqual({ model: learned(noon), warnings: [] });
  });

  it.each<[string, unknown]>([
    ['of another format', { format: 2, learnedAtSeconds: noon }],
    ['with too few ratios', withSeason({ ratios: [1, 1] })],
    ['with a day of 336 ratios', withSeason({ ratios: Array.from({ length: 336 }, () => 1) })],
    ['with a ratio of 0', withSeason({ ratios: learned(noon).season!.ratios.map(() => 0) })],
    ['with a bound for each second hour', withSeason({ boundRatios: Array.from({ length: 12 }, () => 1) })],
    ['with a coverage that is none', withSeason({ coverage: 91 })],
    ['that is no object', 7],
  ])('takes one %s as none, and says so', (_, model) => {
    const { model: found, warnings } = read({
      ...modelItem('main/orders', learned(noon)),
      model: JSON.stringify(model),
    });

    expect(found).toBeUndefined();
    expect(warnings).toEqual(['A learned model cannot be read: it is as if there were none.']);
  });

  it('takes one without text, and one that is no JSON, as none', () => {
    expect(read({ ttl: noon + 60 }).model).toBeUndefined();
    expect(read({ ttl: noon + 60, model: '{' }).model).toBeUndefined();
    expect(read(undefined).warnings).toHaveLength(1);
  });

  it('does not believe one that nobody has renewed for a week', () => {
    const item = modelItem('main/orders', learned(noon));

    expect(read(item, noon + modelLifeSeconds - 1).model).toEqual(learned(noon));
    expect(read(item, noon + modelLifeSeconds)).toEqual({ model: undefined, warnings: [] });
  });
});
