/** Every panel of the room, drawn from what the page knows. */

import { render } from 'lit-html';
import { banner, quorumLine } from '../panel/banner';
import { marksPanel } from '../panel/marks';
import { side } from '../panel/side';
import { standing } from '../panel/status';
import { strip } from '../panel/strip';
import { toolbar } from '../panel/toolbar';
import { prepared } from '../scenes/panel';
import { origin } from '../imaging/states';
import { dayOf } from '../panel/words';
import { idleWords } from '../viewer/idle';
import { stateName } from '../viewer/overlay';
import { volumeMenu } from '../viewer/volume/menu';
import type { App } from './app';
import { drawLayers, layersCount } from './layer-panel';
import { company, isAway } from './company';

export function drawRoom(app: App): void {
  const { client, grid, regions } = app;
  const { presenter, status } = client.state;
  const imaging = app.open?.imaging ?? null;
  const state = app.open === null ? undefined : client.state.cases[app.open.id];
  const active = grid.active;
  app.looking.second.changed();
  regions.set({ sideOpen: app.sideOpen, presenting: client.presenting, free: !app.sharing.following && presenter !== null && !client.presenting });
  render(banner(app.openCase, app.open === null ? 'none' : app.openCase === null ? 'opening' : 'open', app.meetingDay), regions.banner);
  render(quorumLine(app.open === null ? null : (client.desk.quorum ?? null)), regions.quorum);
  render(
    standing(
      {
        step: {
          connection: client.connection,
          behind: client.behind,
          since: client.since,
          ended: client.ended,
          astray: client.astray,
          presented: presenter !== null && !client.presenting,
          following: app.sharing.following,
          shown: app.sharing.upToDate,
          sharp: app.sharing.sharp,
        },
        clock: client.desk.clock ?? null,
        now: new Date(Date.now() + client.skew),
        call: client.desk.call ?? null,
        replay: app.at.replay,
        signInUrl: app.at.signInUrl,
        pending: client.outbox.pending.length,
        status,
        presenter,
        presenting: client.presenting,
        away: presenter !== null && client.connection === 'in-step' && isAway(client.roster, presenter),
        following: app.sharing.following,
        may: new Set(client.me?.may ?? []),
        leaveUrl: app.at.leaveUrl,
        prepares: app.at.prepares === null ? null : `/meetings/${app.at.meeting}/room`,
      },
      { take: () => app.acts.take(), release: () => void client.op('presenter.release', {}), follow: (following) => app.sharing.follow(following), openMeeting: () => void client.op('meeting.open', {}) },
    ),
    regions.standing,
  );
  render(
    strip(
      {
        imaging,
        problem: app.open?.problem ?? null,
        shown: new Set(grid.visible.flatMap(({ seriesKey }) => seriesKey ?? [])),
        keys: Object.values(state?.keys ?? {}),
        selections: app.states.selections,
        picture: (series) => app.thumbnails.of(series),
        progress: ({ key, version }) => (version === null ? null : app.library.progress(key, version)),
        trustName: (ods) => app.trustName(ods),
        reviewed: (study) => app.preparation.reviewOf(study),
        open: app.stripOpen,
      },
      {
        show: (study, series) => app.acts.openSeries({ study, series }),
        showKey: (key) => app.acts.showKey(key),
        showSelection: (selection) => app.acts.showSelection(selection),
        toggle: () => {
          app.stripOpen = !app.stripOpen;
          app.draw();
        },
      },
    ),
    regions.strip,
  );
  const waiting = app.at.replay ? ['Nothing was shown here at this moment.'] : idleWords({ caseIsOpen: app.open !== null, imaging, problem: app.open?.problem ?? null });
  for (const pane of grid.visible) pane.idle(waiting);
  render(
    toolbar(
      {
        tool: app.engine.tool,
        layout: grid.layout,
        modality: active.hung?.series.modality ?? '',
        uptake: active.uptake !== null,
        speed: active.content.speed,
        playing: active.content.playing,
        mayMark: app.may('mark') && status !== 'closed',
        ready: active.content.ready,
        states: app.states.forSeries(active.hung?.series.series ?? '').map((state) => ({ key: state.key, name: [stateName(state), origin(state, dayOf)].filter(Boolean).join(', ') })),
        state: active.state?.key ?? null,
        planes: volumeMenu(app.volumes),
        measure: { tool: app.engine.tool, mayMark: app.may('mark') && status !== 'closed', privately: app.keeping.privately, canUndo: app.keeping.canUndo, canRedo: app.keeping.canRedo },
        layers: layersCount(app),
        layersOpen: app.layersOpen,
        protocols: app.looking.choices.map(({ protocol: id, name }) => ({ id, name })),
        protocol: grid.protocol,
        linked: app.looking.links.mode,
        lines: app.looking.lines.on,
        filled: grid.filled !== null,
        fullScreen: document.fullscreenElement !== null,
      },
      {
        choose: (tool) => app.choose(tool),
        preset: (preset) => app.adjust({ preset }),
        present: (key) => app.present(key),
        change: (change) => app.adjust(change),
        play: () => app.play(),
        layers: () => app.toggleLayers(),
        pace: (speed) => app.looking.pace(speed),
        hang: (id) => {
          const choice = app.looking.choices.find(({ protocol }) => protocol === id);
          if (choice !== undefined) app.looking.hangBy(choice);
        },
        link: () => app.looking.link(),
        lines: () => app.looking.toggleLines(),
        fill: () => app.looking.fill(),
        fullScreen: () => void app.looking.fullScreen(),
        secondWindow: () => app.looking.openSecond(),
        keyImage: () => void app.acts.keyImage(),
        arrange: (layout) => app.arrange(layout),
        keys: () => app.showKeys(),
        measure: { choose: (tool) => app.choose(tool), undo: () => app.keeping.undo(), redo: () => app.keeping.redo(), privately: () => app.acts.drawPrivately() },
      },
    ),
    regions.toolbar,
  );
  drawLayers(app);
  app.replaying?.draw();
  render(
    side(
      {
        tab: app.tab,
        open: app.sideOpen,
        agenda: app.agenda,
        openCase: app.openId,
        mayOpen: app.mayOpenCases,
        replay: app.replaying?.side ?? null,
        people: company(client.roster, client.lost, presenter),
        lobby: client.desk.lobby ?? [],
        word: client.word,
        presenter,
        me: client.me,
        presenting: client.presenting,
        ahead: (id) => app.ahead.stateOf(id),
        scenes: app.scenes.list.length + app.scenes.keys.length,
        prepares: app.at.prepares !== null,
        referral: app.referral.element,
        prepared: () =>
          prepared({
            openId: app.openId,
            imaging,
            scenes: app.scenes,
            tiles: app.tiles,
            preparation: app.preparation,
            may: app.mayPrepare,
            mayChange: ({ author }) => author.id === client.me?.person || client.me?.role === 'chair',
            showKey: (key) => app.acts.showKey(key),
            removeKey: (key) => void client.op('key.remove', { case: app.openId, id: key.id }),
            review: (studies) => void app.acts.review(studies),
          }),
        marks: app.keeping.shown().size,
        marked: () => marksPanel(app.marking.state, app.marking),
        signed: (id) => client.state.cases[id]?.outcome?.status === 'signed',
      },
      {
        tab: (tab) => {
          app.tab = tab;
          app.drawNow();
        },
        toggle: () => app.toggleSide(),
        openCase: (id) => app.acts.openIt(id),
        ratify: (seen) => void app.cases.sorted(`/meetings/${app.at.meeting}/ratify.json`, { seen }),
        promote: (id, reason) => void app.cases.sorted(`/cases/${id}/promote.json`, { reason }),
        hand: (to) => void client.op('presenter.hand', { client: to }),
        raise: (up, person) => app.acts.tell('hand', { up, person: person ?? null }),
        giveWord: (person) => app.acts.tell('word', { person }),
        admit: (guest, decision) => app.acts.tell('guest', { guest, decision }),
      },
      app.outcome.element,
    ),
    regions.side,
  );
}
